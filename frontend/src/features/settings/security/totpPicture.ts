/**
 * The API's SVG as an image address. As an image it can run no script and load nothing, whatever it holds; put into the
 * page as markup it could.
 */
export const pictureAddress = (svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

/** A secret in groups of four, as it is read aloud. */
export const grouped = (secret: string) => secret.match(/.{1,4}/g)?.join(" ") ?? "";
