/** Reports on leads and merged customers, and how they are shown. */
export { createReport, DEFAULT_ROWS, MAX_ROWS } from './createReport';
export { Calendar, EARLIEST_DAY, PERIOD_NAMES, periodBefore, rangeBefore } from './calendar';
export { reportHtml } from './html';
export { periodName as reportPeriodName, textOf as reportText } from './words';
export { reportCharts, type ReportChart } from './charts';
