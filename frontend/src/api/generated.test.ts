// @vitest-environment node
import { existsSync, readFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";
import { expect, it } from "vitest";

const DESCRIPTION = "../docs/openapi.json";

it.skipIf(!existsSync(DESCRIPTION))("the API's types are those of its published description (npm run generate:api)", async () => {
  const types = astToString(await openapiTS(readFileSync(DESCRIPTION, "utf8")));
  expect(readFileSync("src/api/generated.ts", "utf8").includes(types)).toBe(true);
});
