/** The part of axios that we use; the build bundles this file with all it imports. */
export { default as axios, isAxiosError } from 'axios';
