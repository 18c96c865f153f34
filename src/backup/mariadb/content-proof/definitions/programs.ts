/** What is asked of views, triggers, routines, packages and events. Pure. */

export interface Question {
  /** SQL that yields the kind of object. */
  readonly kind: string;
  readonly name: string;
  readonly aspect: string;
  readonly values: readonly string[];
  readonly from: string;
  readonly where: string;
  readonly order?: string;
}

export function programQuestions(schema: string): readonly Question[] {
  const ofView = { kind: "'view'", name: "table_name", from: "views", where: `table_schema = ${schema}` };
  const ofTrigger = {
    kind: "'trigger'",
    name: "trigger_name",
    from: "triggers",
    where: `trigger_schema = ${schema}`,
  };
  const ofRoutine = {
    kind: "LOWER(routine_type)",
    name: "routine_name",
    from: "routines",
    where: `routine_schema = ${schema}`,
    order: "routine_type",
  };
  return [
    { ...ofView, aspect: "body", values: ["view_definition", "check_option", "algorithm"] },
    { ...ofView, aspect: "definer", values: ["definer", "security_type"] },
    { ...ofView, aspect: "collation", values: ["character_set_client", "collation_connection"] },
    {
      ...ofTrigger,
      aspect: "body",
      values: ["event_object_table", "action_timing", "event_manipulation", "action_statement"],
    },
    { ...ofTrigger, aspect: "order", values: ["action_order"] },
    { ...ofTrigger, aspect: "sql_mode", values: ["sql_mode"] },
    { ...ofTrigger, aspect: "definer", values: ["definer"] },
    {
      ...ofTrigger,
      aspect: "collation",
      values: ["character_set_client", "collation_connection", "database_collation"],
    },
    {
      ...ofRoutine,
      aspect: "body",
      values: [
        "routine_definition",
        "is_deterministic",
        "sql_data_access",
        "routine_comment",
        "dtd_identifier",
      ],
    },
    { ...ofRoutine, aspect: "sql_mode", values: ["sql_mode"] },
    { ...ofRoutine, aspect: "definer", values: ["definer", "security_type"] },
    {
      ...ofRoutine,
      aspect: "collation",
      values: ["character_set_client", "collation_connection", "database_collation"],
    },
    {
      kind: "LOWER(routine_type)",
      name: "specific_name",
      from: "parameters",
      where: `specific_schema = ${schema}`,
      aspect: "parameters",
      values: ["parameter_mode", "parameter_name", "dtd_identifier", "collation_name"],
      order: "routine_type, ordinal_position",
    },
  ];
}

/** Apart: a server whose event scheduler is DISABLED refuses them. */
export function eventQuestions(schema: string): readonly Question[] {
  const ofEvent = { kind: "'event'", name: "event_name", from: "events", where: `event_schema = ${schema}` };
  const body = ["event_definition", "event_type", "execute_at", "interval_value", "interval_field"];
  return [
    {
      ...ofEvent,
      aspect: "body",
      values: [...body, "starts", "ends", "status", "on_completion", "event_comment", "time_zone"],
    },
    { ...ofEvent, aspect: "sql_mode", values: ["sql_mode"] },
    { ...ofEvent, aspect: "definer", values: ["definer"] },
    {
      ...ofEvent,
      aspect: "collation",
      values: ["character_set_client", "collation_connection", "database_collation"],
    },
  ];
}
