/** All rows, in the order of the table. */
import type { Row } from '../cell.js'
import { answers } from './answers.js'
import { endings } from './endings.js'
import { parsing } from './parsing.js'
import { reconnecting } from './reconnecting.js'
import { requests } from './requests.js'

export const rows: readonly Row[] = [
  ...parsing,
  ...reconnecting,
  ...answers,
  ...endings,
  ...requests,
]
