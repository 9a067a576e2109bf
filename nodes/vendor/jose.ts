/** The part of jose that we use; the build bundles this file with all it imports. */
export { importPKCS8, SignJWT } from 'jose';
