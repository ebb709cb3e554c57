using System.Globalization;

namespace TrlSharp.Tokenization.Unicode;

/// <summary>
/// The Unicode data files of this folder. They are files and not the tables of .NET or ICU, because ids must not depend on the machine and
/// the libraries of the reference are pinned to Unicode versions of their own.
/// </summary>
internal static class UnicodeData
{
    /// <summary>The fields of every line that is not a comment.</summary>
    public static IEnumerable<string[]> Lines(string name)
    {
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its data file {name}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#') yield return line.Split(' ');
    }

    /// <summary>A code point as the files write it.</summary>
    public static int CodePoint(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
