// Where our expressions ask for something else than the dashboards of the same titles did before, and why. All of them left
// out the fillers (`or vector(0)`, `or vector(100)`, `or (0 * series)`), which showed 0 or 100 % where nobody exported anything;
// that is not repeated here. Legacy `graph` panels are `timeseries` panels. A test compares both, so that this list is complete.

/** By uid of the dashboard and id of the panel. */
export const DIFFERENCES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  "dashstream-quality": {
    1: "without reports there is no data instead of 0 %, which is what clamp_min made of 0 / 0",
    4: "the mean of the last 5 minutes instead of the mean since the start of the exporter, which a restart resets",
    7: "every model that is in use, instead of two that were written down",
    9: "the mean as in panel 4",
    14: "no data instead of 0 % without reports, as in panel 1",
    17: "summed by job: the server and the quality monitor both validate, each instance of them on its own line says nothing more",
    18: "summed by job, as in panel 17",
    19: "summed by job, as in panel 17",
    20: "summed by error type over servers",
    21: "summed over reasons and servers: our counter has the label reason, and one number was meant",
    22: "summed over servers",
    23: "buckets are summed over servers before the quantile is taken, and an operation without observations is left out",
    24: "of several servers that each read everything, the one that is furthest behind",
  },
  "dashflow-streaming": {
    1: "without records there is no data instead of 0 %",
    2: "no data without records, as in panel 1",
    3: "summed over the chosen servers",
    4: "the slower of the two stages: our histogram has the label stage, and a sum over both is the latency of neither",
    14: "an operation without observations is left out instead of making a NaN",
    19: "one line for each stage, as in panel 4",
    22: "counts without fillers: scalar() of a series that is not there is NaN, which is not above 0",
    23: "as in panel 22",
  },
};
