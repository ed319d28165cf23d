import { DATA_ELEMENT, DATA_VERSION, type ReportData } from './report-data.js';

const BEGIN = `<script type="application/json" id="${DATA_ELEMENT}">`;

/**
 * Returns the data of a report; undefined for a text that is no report.
 *
 * @throws {Error} if the report is damaged, or was made by a later version
 */
export const readReport = (html: string): ReportData | undefined => {
  const begin = html.indexOf(BEGIN);
  if (begin === -1) return undefined;
  // The data contains no `<`, see `traceReport`.
  const end = html.indexOf('<', begin + BEGIN.length);
  let data: Partial<ReportData>;
  try {
    if (end === -1) throw new Error('its end is missing');
    data = JSON.parse(html.slice(begin + BEGIN.length, end)) as Partial<ReportData>;
  } catch (error) {
    throw new Error(`The report is damaged: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  if (data.version !== DATA_VERSION || !Array.isArray(data.traces)) {
    throw new Error(
      `The report has the version ${String(data.version)}; this Lantern reads ${DATA_VERSION}.`,
    );
  }
  return data as ReportData;
};
