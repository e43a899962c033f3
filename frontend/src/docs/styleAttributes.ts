/**
 * `setAttribute("style", …)` is inline style to a strict Content-Security-Policy (`style-src 'self'`); the same text set
 * through the style object is not. The library does the first in a few places, and is led to the second.
 */
export function setStylesByObject() {
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name: string, value: string) {
    if (name === "style" && (this instanceof HTMLElement || this instanceof SVGElement)) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
}
