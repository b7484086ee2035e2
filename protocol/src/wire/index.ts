export {
  type DeviceToNode,
  deviceProof,
  deviceToNode,
  linkProof,
  linkRedemption,
  type NodeToDevice,
  nodeToDevice,
  type RelayAccess,
} from './device.ts';
export { MEETINGS, MESSAGE_LIMIT } from './limits.ts';
export { type PeerReply, type PeerRequest, peerReply, peerRequest } from './peer.ts';
