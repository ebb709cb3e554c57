using System.Text;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>Templates that no one would write, from <see cref="ProgramTables"/>: mostly well typed, so that most run for a while before they fail.</summary>
internal sealed class ProgramGenerator(int seed)
{
    private const int MaxDepth = 3;
    private const double Mistyped = 0.015;

    private readonly SeededRandom _random = new((ulong)seed);

    public string Next()
    {
        var output = new StringBuilder();
        var count = 1 + _random.Next(3);
        for (var i = 0; i < count; i++)
        {
            if (Chance(0.4)) output.Append(Pick(ProgramTables.Texts));
            Expand(Pick(ProgramTables.Statements), 0, output);
        }

        if (Chance(0.5)) output.Append(Pick(ProgramTables.Texts));
        if (Chance(0.02)) Damage(output);
        return output.ToString();
    }

    private void Expand(string pattern, int depth, StringBuilder output)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '$' || i + 1 == pattern.Length) output.Append(pattern[i]);
            else if (pattern[i + 1] == '-') output.Append(Sign(pattern.AsSpan(++i + 1)));
            else Place(pattern[++i], i == 1 && pattern.Length == 2, depth, output);
        }
    }

    private void Place(char kind, bool alone, int depth, StringBuilder output)
    {
        switch (kind)
        {
            case 'V' or 'R': output.Append(Pick(ProgramTables.Variables)); break;
            case 'P': output.Append(Pick(ProgramTables.Names)); break;
            case 'T': output.Append(Pick(ProgramTables.Texts)); break;
            case 'H': Expand(Pick(ProgramTables.Filters), depth + 1, output); break;
            case 'O': Body(depth + 1, output); break;
            default: Operand(Chance(Mistyped) ? 'A' : kind, alone, depth + 1, output); break;
        }
    }

    private string Sign(ReadOnlySpan<char> rest)
    {
        if (!rest.StartsWith("}") && !rest.StartsWith("%}")) return Pick(ProgramTables.Openings);
        var sign = Pick(ProgramTables.Closings);
        return sign == "+" && rest[0] == '}' ? " " : sign;
    }

    private void Body(int depth, StringBuilder output)
    {
        output.Append(Pick(ProgramTables.Texts));
        if (depth < MaxDepth && Chance(0.6)) Expand(Pick(ProgramTables.Statements), depth, output);
        if (Chance(0.3)) output.Append(Pick(ProgramTables.Texts));
    }

    private void Operand(char kind, bool alone, int depth, StringBuilder output)
    {
        var leaf = kind == 'K' || depth > MaxDepth || Chance(0.2 + (0.12 * depth));
        var pattern = Pick(leaf ? ProgramTables.Leaves[kind] : ProgramTables.Expressions[kind]);
        var bare = alone || leaf || !pattern.Contains(' ', StringComparison.Ordinal) || Chance(0.2);
        if (!bare) output.Append('(');
        Expand(pattern, depth, output);
        if (!bare) output.Append(')');
    }

    /// <summary>One character gone, doubled or replaced.</summary>
    private void Damage(StringBuilder program)
    {
        var at = _random.Next(program.Length);
        if (char.IsSurrogate(program[at])) return;
        switch (_random.Next(3))
        {
            case 0: program.Remove(at, 1); break;
            case 1: program.Insert(at, program[at]); break;
            default: program[at] = "{}%#-+()[]|.,'\" \n"[_random.Next(17)]; break;
        }
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
