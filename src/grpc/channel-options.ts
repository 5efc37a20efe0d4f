/** Both sides of MII set this limit; the default of 4 MiB would cut long prompts and answers. */
const longestMessage = 2 ** 27

/** A channel with a connection of its own, straight to the server, that never sends a call twice. */
export const channelOptions = {
  'grpc.max_receive_message_length': longestMessage,
  'grpc.max_send_message_length': longestMessage,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.primary_user_agent': 'servemark',
} as const

export const asBytes = (bytes: Buffer): Buffer => bytes
