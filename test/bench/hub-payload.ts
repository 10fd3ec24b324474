/** The payload of an event: 98 characters, so 100 bytes as JSON, that say which one it is. */

const FILLER = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(3)

export const PAYLOAD_SIZE = 98

export const payloadOf = (number: number) =>
  `#${String(number).padStart(8, '0')}${FILLER}`.slice(0, PAYLOAD_SIZE)
