/**
 * The part of jsforce that we use; the build bundles this file with all it imports. By module, since
 * its main one loads the APIs for bulk, metadata and so on as well. The last three are what a
 * transport is made of.
 */
export { Connection } from 'jsforce/lib/connection';
export { OAuth2 } from 'jsforce/lib/oauth2';
export { Transport } from 'jsforce/lib/transport';
export { StreamPromise } from 'jsforce/lib/util/promise';
export { PassThrough } from 'node:stream';
