/** The page "Channels": three panels on one client of one hub, and buttons that put the hub to the test. */
import '../chrome/spark-line.js'
import '../chrome/status-badge.js'
import '../chrome/time-left.js'
import { follow } from '../chrome/connection-log.js'
import { client } from './client.js'
import { mountDeedBar, mountHubView, mountRole } from './deed-bar.js'
import { mountPlain } from './plain.js'
import { mountChat, mountConnection } from './react.js'
import { name } from './visitor.js'
import { mountVue } from './vue.js'

const at = <E extends HTMLElement>(id: string) => document.getElementById(id) as E

at('name').textContent = name
follow('Client', client)
mountDeedBar(at('break'))
mountRole(at<HTMLSelectElement>('role'))
mountHubView(at('server'))
mountPlain(at('plain'))
mountChat(at('react'))
mountConnection(at('connection'))
mountVue(at('vue'))
