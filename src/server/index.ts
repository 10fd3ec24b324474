/** The server's public names. */
export { formatSSE, type SSEEvent } from '../event-stream/encoder.js'
