/** As an import would, it is Node's; but an import reads all that `node:http` exports, its WebSocket too: 30 ms of a start. */
export const { get, request } = process.getBuiltinModule('node:http')
