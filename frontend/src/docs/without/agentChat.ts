/**
 * In place of @scalar/agent-chat: the assistant would send the contract and the reader's questions to its makers. It is
 * off by configuration; with this file it isn't there either.
 */
export const Chat = { name: "NoChat", render: () => null };
