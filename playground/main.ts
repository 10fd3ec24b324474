/** The playground: one live endpoint in three panels, buttons that break it, and a token stream. */
import './chrome/spark-line.js'
import './chrome/status-badge.js'
import './chrome/time-left.js'
import './chrome/time-since.js'
import { mountAnswer } from './answer.js'
import { mountBreakBar, mountServerView } from './chrome/break-bar.js'
import { mountPlain } from './panels/plain.js'
import { mountReact } from './panels/react.js'
import { mountVue } from './panels/vue.js'

const at = <E extends HTMLElement>(id: string) => document.getElementById(id) as E

mountBreakBar(at('break'))
mountServerView(at('server'))
mountPlain(at('plain'))
mountReact(at('react'))
mountVue(at('vue'))
mountAnswer(at<HTMLFormElement>('answer'))
