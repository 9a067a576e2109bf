/** The library has no types of its own. */
declare module 'role-based-email-addresses' {
	const names: string[];
	export default names;
}
