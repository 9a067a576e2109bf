/**
 * A condition for a hint beside a trigger's own output. n8n evaluates it as for a node that has an input, where
 * `$json` is the input's: of a trigger it says that the node, by its name, has no data. By that name
 * the item of the last run is found. Where n8n should say it otherwise, there is no hint.
 *
 * @param condition in terms of `item`, the first item's JSON
 * @param output whose first item it is
 */
export function whenOwnItem(condition: string, output = 0): string {
	return `={{ (() => { try { return $json === undefined; } catch (error) { try { const item = $(error.context.nodeCause).first(${output}).json; return ${condition}; } catch { return false; } } })() }}`;
}
