/**
 * In place of the request client of @scalar/api-client: the page describes the API and calls nothing of it. Without the
 * client there is no editor that writes style elements, no store of credentials, and no proxy of its makers.
 */
export function createApiClientModal() {
  const nothing = () => undefined;
  return { app: { unmount: nothing }, open: nothing, mount: nothing, route: nothing, modalState: { open: false } };
}

export const OpenApiClientButton = { name: "NoClientButton", render: () => null };

/** The languages that requests are shown in, of the dozens that there are. */
export const mapHiddenClientsConfig = () => ["shell/curl", "python/httpx_sync", "js/fetch"];
