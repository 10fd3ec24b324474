/** A token stream: the answer to a POST. */
import '../../elements/scroll-end.js'
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountPrompt } from './bar.js'
import { mountAnswer } from './tokens.plain.js'
import { Answer } from './tokens.react.js'
import AnswerView from './tokens.vue'

export const demo: Demo = {
  says: 'The prompt goes out with POST, the answer comes back piece by piece, to each view over a stream of its own. Break it meanwhile: the text goes on where it stopped.',
  bar: mountPrompt,
  views: {
    TypeScript: {
      uses: 'createSource()',
      mount: mountAnswer,
      files: ['demos/tokens/tokens.plain.ts', 'demos/tokens/question.ts', 'demos/plain-options.ts'],
    },
    React: {
      uses: 'useSSE() + useFold()',
      mount: react(Answer),
      files: [
        'demos/tokens/tokens.react.tsx',
        'demos/tokens/question.ts',
        'demos/plain-options.ts',
      ],
    },
    Vue: {
      uses: 'useSSE() + useFold()',
      mount: vue(AnswerView),
      files: ['demos/tokens/tokens.vue', 'demos/tokens/question.ts', 'demos/plain-options.ts'],
    },
  },
  server: ['server/answer.ts', 'server/plain.ts'],
}
