/** The look of every data table: numbers to the right, one line a row, units in the header. */
export const TABLE = "w-full border-collapse text-table";
export const TH = "h-8 border-b border-hairline px-2 text-right text-table font-medium text-text2 whitespace-nowrap sm:px-3";
export const TD = "h-8 border-b border-hairline px-2 text-right align-middle whitespace-nowrap sm:px-3";
