/** Rows, the service's own limit: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/page-results */
export const MAX_PAGE_SIZE = 5_000;

/**
 * Milliseconds. createdon is set when a lead's transaction begins, and shows when it is committed:
 * plug-ins may hold it up for two minutes each stage, and servers' clocks differ by seconds.
 */
export const OVERLAP = 15 * 60 * 1000;

/**
 * Milliseconds. Searching texts makes the service look at every lead of the time asked for. Where
 * that takes longer, the leads are read without, which always comes forward.
 */
export const SEARCH_TIME = 10_000;
