/**
 * The part of jsforce that we use; the build bundles this file with all it imports. From jsforce's
 * core, without the APIs for bulk, metadata and so on. `PassThrough` is what a transport of
 * jsforce's has to give for a stream.
 */
export { Connection, OAuth2 } from 'jsforce/core';
export { PassThrough } from 'node:stream';
