// Type of an inner class of kafkajs that has none.
declare module "kafkajs/src/network/requestQueue/index.js" {
  interface RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
  const RequestQueue: { readonly prototype: RequestQueue };
  export = RequestQueue;
}
