/** The scripted endpoint of the fault harness, under the names that the tests of single parts know it by. */
export {
  createScriptedEndpoint as createScriptedFetch,
  EVENT_STREAM_HEADERS,
  type ScriptedEndpoint as ScriptedFetch,
  type ScriptedExchange as Exchange,
} from './faults/scripted-endpoint.js'
