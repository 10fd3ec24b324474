import { describeDocument } from '../support/document/node.js'

// Each block is a test of its own.
describeDocument('docs/testing.md', {})
