/** The part of @azure/identity that we use; the build bundles this file with all it imports. */
export { AzureAuthorityHosts, ClientSecretCredential } from '@azure/identity';
