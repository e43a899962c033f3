/** As many sealed rows as the API gives at a time. */
export const TRAIL_PAGE = 5000;

type ReadPage = (afterSeq: number, limit: number) => Promise<string>;

/** The whole chain, one JSON document a line, read page by page: a page with fewer lines than asked for is the last. */
export async function readWholeTrail(readPage: ReadPage, limit = TRAIL_PAGE): Promise<string> {
  const pages: string[] = [];
  let after = 0;
  for (;;) {
    const lines = (await readPage(after, limit)).split("\n").filter((line) => line !== "");
    if (lines.length > 0) pages.push(lines.join("\n") + "\n");
    if (lines.length < limit) return pages.join("");
    after = (JSON.parse(lines[lines.length - 1]!) as { seq: number }).seq;
  }
}
