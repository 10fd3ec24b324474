/** The demos, in the order of their tabs. */
import { chat } from './chat/demo.js'
import { dashboard } from './dashboard/demo.js'
import type { Demo } from './demo.js'
import { endpoint } from './endpoint/demo.js'
import { notifications } from './notifications/demo.js'
import { status } from './status/demo.js'
import { tokens } from './tokens/demo.js'
import { upload } from './upload/demo.js'

export const demos: readonly Demo[] = [
  chat,
  dashboard,
  notifications,
  upload,
  tokens,
  endpoint,
  status,
]
