/** An upload with progress from the server. */
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountUploads } from './bar.js'
import { mountUpload } from './upload.plain.js'
import { Upload } from './upload.react.js'
import UploadView from './upload.vue'

export const demo: Demo = {
  says: 'The file goes up as a plain POST; what the server has of it comes back over a channel of its own. Drop the stream meanwhile: nothing is missed.',
  bar: mountUploads,
  views: {
    TypeScript: {
      uses: "replay: 'earliest'",
      mount: mountUpload,
      files: ['demos/upload/upload.plain.ts', 'demos/upload/sending.ts'],
    },
    React: {
      uses: 'latestOf()',
      mount: react(Upload),
      files: ['demos/upload/upload.react.tsx', 'demos/upload/sending.ts'],
    },
    Vue: {
      uses: 'latestOf()',
      mount: vue(UploadView),
      files: ['demos/upload/upload.vue', 'demos/upload/sending.ts'],
    },
  },
  server: ['server/upload.ts'],
}
