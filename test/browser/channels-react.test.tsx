/** The channel hooks of React in a browser: the shared suite, and what only React does. */

import { channelsSuite } from '../support/bindings/channels.js'
import { reactHost, strictReactHost } from '../support/bindings/channels-react.js'

channelsSuite(reactHost)
channelsSuite(strictReactHost)
