import { expect, it } from "vitest";

import { deviceName } from "./device";
import { grouped, pictureAddress } from "./totpPicture";

it.each([
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36 Edg/147.0", "Edge · Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile Safari/604.1", "Safari · iOS"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"],
  ["python-httpx/0.28.1", "python-httpx/0.28.1"],
  ["", ""],
])("names %j", (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name);
});

it("gives the picture to an image element, where nothing in it can run", () => {
  const address = pictureAddress('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  expect(address).toMatch(/^data:image\/svg\+xml,%3Csvg/);
  expect(address).not.toContain("<");
});

it("groups a secret by four", () => {
  expect(grouped("JBSWY3DPEHPK3PXP")).toBe("JBSW Y3DP EHPK 3PXP");
});
