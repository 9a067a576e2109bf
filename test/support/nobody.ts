/**
 * A port that no one listens on and no system hands out, for a host that refuses connections. The port of
 * a server that was stopped is not one: another test's server may have it by then.
 */
export const CLOSED_PORT = 1;
