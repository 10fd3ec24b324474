/** The playground: one connection, its demos in three views, and everything that can break it. */
import { mountDrawer } from './break/drawer.js'
import { client } from './connection/client.js'
import { mountConnection } from './connection/panel.js'
import { rates, roles, rooms } from './contract.js'
import { demos } from './demos/demos.js'
import { mountStage } from './demos/stage.js'
import './elements/status-badge.js'
import type { StatusBadge } from './elements/status-badge.js'
import { followChannel, followConnection } from './log/follow.js'
import { mountLog } from './log/log.js'
import { at } from './page/element.js'
import { mountSheet } from './page/sheet.js'
import { mountTheme } from './page/theme.js'
import { name } from './page/visitor.js'

at('name').textContent = name
mountTheme(at<HTMLButtonElement>('theme'))
mountSheet(at('side'), document.querySelectorAll<HTMLButtonElement>('[data-section]'))
mountLog(at('log'), at<HTMLButtonElement>('clear'))
followConnection('', client)
for (const room of rooms) followChannel(client.channel(`chat/${room}`))
for (const role of roles.slice(1)) followChannel(client.channel(`notifications/${role}`))
for (const rate of rates) followChannel(client.channel(`pulse/${rate}`))
followChannel(client.channel('notifications'))
followChannel(client.channel('dashboard/metrics'))
mountDrawer(at('faults'))
mountConnection(at('connection'), at<StatusBadge>('state'))
mountStage(at('stage'), demos)
