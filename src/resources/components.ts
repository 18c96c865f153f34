/** The hospital as a tree in the preview: what people call things, with what the window does to each. */
import * as pulumi from "@pulumi/pulumi";

type Kind = "Hospital" | "Segment" | "Edge" | "BackupHost" | "Source" | "Service" | "Window";

/** Fields that the preview shows. No secret is ever among them. */
export type Shown = Readonly<Record<string, pulumi.Input<string | number | boolean | readonly string[]>>>;

export class Part extends pulumi.ComponentResource {
  constructor(kind: Kind, name: string, shown: Shown, options?: pulumi.ComponentResourceOptions) {
    super(`jeda:hospital:${kind}`, name, { ...shown }, options);
    this.registerOutputs({ ...shown });
  }
}

/** Resolves when the engine has the resource: siblings that are not waited for come in any order. */
export function placed(resource: pulumi.Resource): Promise<void> {
  return new Promise((resolve) => {
    resource.urn.apply(() => resolve());
  });
}
