using System.Globalization;
using System.Text;
using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>Writes a parsed pattern in .NET's syntax over the letters of its <see cref="CharacterAlphabet"/>.</summary>
internal sealed class RegexWriter
{
    private readonly StringBuilder _output = new();
    private readonly CodePointSet _word;

    public RegexWriter(RegexNode root)
    {
        var sets = new List<CodePointSet>();
        var hasWordAnchor = Collect(root, sets);
        _word = hasWordAnchor ? UnicodeProperty.Word() : CodePointSet.Empty;
        Alphabet = new CharacterAlphabet([.. sets.Append(UnicodeProperty.NewLine).Append(_word).Distinct()]);
        Write(root);
        Pattern = _output.ToString();
    }

    public CharacterAlphabet Alphabet { get; }

    public string Pattern { get; }

    /// <summary>Collects the sets; true when a word boundary needs the set of word characters, too.</summary>
    private static bool Collect(RegexNode node, List<CodePointSet> sets)
    {
        switch (node)
        {
            case RegexNode.Set set:
                sets.Add(set.Characters);
                return false;
            case RegexNode.Sequence sequence:
                return sequence.Parts.Aggregate(false, (found, part) => Collect(part, sets) | found);
            case RegexNode.Choice choice:
                return choice.Options.Aggregate(false, (found, option) => Collect(option, sets) | found);
            case RegexNode.Repeat repeat:
                return Collect(repeat.Body, sets);
            case RegexNode.Group group:
                return Collect(group.Body, sets);
            default:
                return node is RegexNode.Anchor { Symbol: @"\b" or @"\B" };
        }
    }

    private void Write(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Set set:
                _output.Append(Alphabet.Class(set.Characters));
                break;
            case RegexNode.Sequence sequence:
                foreach (var part in sequence.Parts) Write(part);
                break;
            case RegexNode.Choice choice:
                WriteChoice(choice);
                break;
            case RegexNode.Repeat repeat:
                WriteRepeat(repeat);
                break;
            case RegexNode.Group group:
                _output.Append(group.Opening);
                Write(group.Body);
                _output.Append(')');
                break;
            case RegexNode.Anchor anchor:
                _output.Append(Anchor(anchor.Symbol));
                break;
        }
    }

    private void WriteChoice(RegexNode.Choice choice)
    {
        _output.Append("(?:");
        for (var i = 0; i < choice.Options.Count; i++)
        {
            if (i > 0) _output.Append('|');
            Write(choice.Options[i]);
        }

        _output.Append(')');
    }

    private void WriteRepeat(RegexNode.Repeat repeat)
    {
        var possessive = repeat.Suffix == "+";
        _output.Append(possessive ? "(?>(?:" : "(?:");
        Write(repeat.Body);
        _output.Append(CultureInfo.InvariantCulture, $"){{{repeat.Least},");
        if (repeat.Most >= 0) _output.Append(repeat.Most);
        _output.Append('}');
        if (repeat.Suffix == "?") _output.Append('?');
        if (possessive) _output.Append(')');
    }

    private string Anchor(string symbol)
    {
        var newLine = Alphabet.Class(UnicodeProperty.NewLine);
        var word = Alphabet.Class(_word);
        return symbol switch
        {
            "^" => $@"(?:\A|(?<={newLine})(?!\z))",
            "$" => $@"(?:\z|(?={newLine}))",
            @"\Z" => $@"(?={newLine}?\z)",
            @"\b" => $"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))",
            @"\B" => $"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))",
            _ => symbol,
        };
    }
}
