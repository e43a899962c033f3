/** The look of every data table: numbers to the right, one line a row, units in the header. */
export const TABLE = "w-full border-collapse text-table";
const CELL = "h-8 border-b border-hairline px-2 first:pl-3 last:pr-3";
/** Headers may take two lines, numbers never. */
const HEAD = `${CELL} py-1 align-bottom text-table font-medium text-text2`;

export const TH = `${HEAD} text-right`;
export const TH_TEXT = `${HEAD} text-left`;
export const TD = `${CELL} text-right align-middle whitespace-nowrap`;
export const TD_TEXT = `${CELL} text-left align-middle`;
