/**
 * What a framework's binding is made of: shared sources, and the hold of one component on what it shows.
 *
 * @module tidewire/bindings
 */
export {
  type ChannelTarget,
  channelOf,
  closedChannel,
  provided,
} from './channels/channel-target.js'
export {
  closedSource,
  createChannelHolder,
  createConnectionHolder,
  createLazy,
  createSourceHolder,
  type Holder,
  holderKey,
  type SourceHolder,
  type SourceTarget,
} from './channels/holder.js'
export {
  createSourcePool,
  type PooledSource,
  type SourcePool,
  sourcePoolOf,
} from './channels/pool.js'
