/** The playground as Vite plugins: its server below `/api` and at `/_sse`, and Vue's single-file components. */
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'
import { createServer } from './server/server.js'
import { vueFiles } from './vue-files.js'

export function endpoint(): Plugin[] {
  const mount = (vite: ViteDevServer | PreviewServer) => {
    const { stream, api } = createServer()
    vite.middlewares.use('/_sse', stream)
    vite.middlewares.use('/api', api)
  }
  const server: Plugin = {
    name: 'tidewire-playground',
    configureServer: mount,
    configurePreviewServer: mount,
  }
  return [server, vueFiles()]
}
