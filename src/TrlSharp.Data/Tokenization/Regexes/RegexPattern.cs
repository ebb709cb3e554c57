using System.Buffers;
using System.Text.RegularExpressions;
using TrlSharp.Tokenization.PreTokenizers;
using TrlSharp.Tokenization.Text;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>
/// A regular expression of a tokenizer file, matched as Oniguruma matches it. The pattern is parsed, its characters are reduced to the letters
/// of a <see cref="CharacterAlphabet"/>, and .NET's engine runs over those.
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    /// <summary>How long one match may take before the text is refused: patterns of strangers can backtrack exponentially.</summary>
    public static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(10);

    private readonly string _source;
    private readonly CharacterAlphabet _alphabet;
    private readonly Regex _regex;

    private RegexPattern(string source, CharacterAlphabet alphabet, Regex regex) => (_source, _alphabet, _regex) = (source, alphabet, regex);

    /// <exception cref="ModelFolderException">The pattern is wrong or has a construct without an exact counterpart.</exception>
    public static RegexPattern Create(string source, string path)
    {
        if (source.Length > 100_000) throw new ModelFolderException($"{path}: the regex has {source.Length} characters; the limit is 100000.");
        var writer = new RegexWriter(new RegexParser(source, path).Parse());
        try
        {
            return new RegexPattern(source, writer.Alphabet, new Regex(writer.Pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, MatchTimeout));
        }
        catch (RegexParseException e)
        {
            throw new ModelFolderException($"{path}: the regex {source} cannot be used: {e.Message}", e);
        }
    }

    public override void FindAll(ReadOnlySpan<char> text, PieceList matches)
    {
        var letters = ArrayPool<char>.Shared.Rent(text.Length + 1);
        var positions = new List<int>();
        try
        {
            var count = _alphabet.Translate(text, letters, positions);
            var previousEnd = -1;
            foreach (var match in _regex.EnumerateMatches(letters.AsSpan(0, count)))
            {
                // Oniguruma's iterator passes over an empty match right after another match.
                if (match.Length == 0 && match.Index == previousEnd) continue;
                previousEnd = match.Index + match.Length;
                if (positions.Count == 0) matches.Add(match.Index, previousEnd);
                else matches.Add(positions[match.Index], positions[previousEnd]);
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new DataException($"The tokenizer's regex {_source} took more than {MatchTimeout.TotalSeconds} s on a text of {text.Length} characters. Shorten the text.", e);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(letters);
        }
    }
}
