/** Chat rooms with history and presence. */
import '../../elements/gap-note.js'
import '../../elements/scroll-end.js'
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountRooms } from './bar.js'
import { mountChat } from './chat.plain.js'
import { Chat } from './chat.react.js'
import ChatView from './chat.vue'

export const demo: Demo = {
  says: 'A channel for each room. The history comes from the server, what follows from the stream, and after a gap the history is loaded again.',
  bar: mountRooms,
  views: {
    TypeScript: {
      uses: 'channel() + fold()',
      mount: mountChat,
      files: ['demos/chat/chat.plain.ts', 'demos/chat/room.ts'],
    },
    React: {
      uses: 'useChannel() + useFold()',
      mount: react(Chat),
      files: ['demos/chat/chat.react.tsx', 'demos/chat/room.ts'],
    },
    Vue: {
      uses: 'useChannel() + useFold()',
      mount: vue(ChatView),
      files: ['demos/chat/chat.vue', 'demos/chat/room.ts'],
    },
  },
  server: ['server/chat.ts', 'server/presence.ts'],
}
