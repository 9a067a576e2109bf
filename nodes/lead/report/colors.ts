/** Of the page and of the charts, which stand side by side in a chat or a message. */
export const INK = '#1b2733';
export const MUTED = '#5a6876';
export const LINE = '#e3e8ee';
/** Bars of the period, and of the period before. */
export const NOW = '#2563c9';
export const BEFORE = '#b9cdf0';
