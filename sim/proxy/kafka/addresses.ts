// Answers that name brokers, made to name the proxy's listeners. A broker that is down here is left out, as a cluster
// leaves out one that has crashed: its partitions have no leader, and its groups no coordinator.

import type { ResponseOf } from "../../../src/kafka-protocol/api.ts";
import type { APIS } from "../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../src/kafka-protocol/error-codes.ts";
import type { ValueOf } from "../../../src/kafka-protocol/layout.ts";
import {
  BROKER_ENDPOINTS,
  type describeCluster,
} from "../../../src/kafka-protocol/requests/describe-cluster.ts";
import { refusedRequest } from "../../broker/refusals.ts";
import type { BrokerAddress, ProxiedNodes } from "./nodes.ts";

type Metadata = ResponseOf<typeof APIS.Metadata>;
type Coordinator = ResponseOf<typeof APIS.FindCoordinator>;
type ClusterDescription = ValueOf<(typeof describeCluster)["response"]>;

const NO_NODE = -1;

function shown<B extends BrokerAddress>(brokers: readonly B[], nodes: ProxiedNodes): readonly B[] {
  return brokers.flatMap((broker) => {
    const address = nodes.isUp(broker.nodeId) ? nodes.advertised(broker.nodeId) : null;
    return address === null ? [] : [{ ...broker, ...address }];
  });
}

function controller(controllerId: number, brokers: readonly BrokerAddress[]): number {
  const isShown = brokers.some(({ nodeId }) => nodeId === controllerId);
  return isShown ? controllerId : (brokers[0]?.nodeId ?? NO_NODE);
}

/** @throws DashstreamError `port_in_use` or `listen_failed` if a broker cannot have a listener */
export async function rewriteMetadata(answer: Metadata, nodes: ProxiedNodes): Promise<Metadata> {
  await nodes.learn(answer.brokers);
  const brokers = shown(answer.brokers, nodes);
  const isDown = new Set(answer.brokers.map(({ nodeId }) => nodeId).filter((nodeId) => !nodes.isUp(nodeId)));
  const topics = answer.topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((partition) => {
      if (!isDown.has(partition.leaderId)) return partition;
      return { ...partition, errorCode: KAFKA_ERRORS.LEADER_NOT_AVAILABLE, leaderId: NO_NODE };
    }),
  }));
  return { ...answer, brokers, topics, controllerId: controller(answer.controllerId, brokers) };
}

/** @throws DashstreamError as `rewriteMetadata` */
export async function rewriteCoordinator(answer: Coordinator, nodes: ProxiedNodes): Promise<Coordinator> {
  if (answer.errorCode !== KAFKA_ERRORS.NONE) return answer;
  await nodes.learn([answer]);
  const [known] = shown([answer], nodes);
  return known ?? refusedRequest.FindCoordinator(KAFKA_ERRORS.COORDINATOR_NOT_AVAILABLE);
}

/** @throws DashstreamError as `rewriteMetadata` */
export async function rewriteCluster(
  answer: ClusterDescription,
  nodes: ProxiedNodes,
): Promise<ClusterDescription> {
  // Controllers are not before the proxy: whoever asks for them is told of none.
  if (answer.endpointType !== BROKER_ENDPOINTS) return { ...answer, brokers: [] };
  await nodes.learn(answer.brokers);
  const brokers = shown(answer.brokers, nodes);
  return { ...answer, brokers, controllerId: controller(answer.controllerId, brokers) };
}
