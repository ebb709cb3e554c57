namespace TrlSharp.Rows;

/// <summary>What a leaf column of a row group holds beside its values.</summary>
/// <param name="Entries">Values and places without a value together.</param>
/// <param name="Present">The definition level of a value that is there.</param>
/// <param name="HasDefinitions">Some ancestor is optional or repeated, so definition levels are stored.</param>
/// <param name="HasRepetitions">Some ancestor is repeated, so repetition levels are stored.</param>
internal readonly record struct ParquetLeaf(int Entries, int Present, bool HasDefinitions, bool HasRepetitions);
