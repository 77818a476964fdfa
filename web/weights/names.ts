/** Names of the included model's files in the built page. */

/** Its folder, relative to the page. */
export const OWN_FOLDER = "models/piano/";
/** The weights as the build compresses them. */
export const COMPRESSED_WEIGHTS = "model.compressed";
/** The key of config.json that names the compressed weights. */
export const COMPRESSED_KEY = "compressed_weights";
