/** The channel composables of Vue in a browser: the shared suite, and what only Vue does. */
import { channelsSuite } from '../support/bindings/channels.js'
import { vueHost } from '../support/bindings/channels-vue.js'

channelsSuite(vueHost)
