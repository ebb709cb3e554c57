using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Policies;

/// <summary>Single values of a policy. Each reader adds to the problems and returns a harmless value where it cannot read.</summary>
internal sealed class PolicyValues(List<string> problems)
{
    public static bool Is(RowValue value, string word) => value.Kind == RowValueKind.String && value.Text == word;

    public bool OnOff(string path, RowValue value)
    {
        if (value.Kind == RowValueKind.Boolean) return value.Boolean;
        if (Is(value, "on") || Is(value, "off")) return value.Text == "on";
        problems.Add($"{path} is {value}; it must be on or off.");
        return false;
    }

    /// <summary>On, off, or a number from 0; <paramref name="words"/> are other legal values, named in the problem.</summary>
    public float Weight(string path, RowValue value, params string[] words)
    {
        var number = value.Kind switch
        {
            RowValueKind.Boolean => value.Boolean ? 1 : 0,
            RowValueKind.Integer => (double)value.Integer,
            RowValueKind.Real => value.Real,
            RowValueKind.String when value.Text is "on" or "off" => value.Text == "on" ? 1 : 0,
            _ => double.NaN,
        };
        if (number >= 0 && float.IsFinite((float)number)) return (float)number;
        problems.Add($"{path} is {value}; it must be {string.Concat(words.Select(w => w + ", "))}on, off or a number from 0.");
        return 1;
    }

    public string Text(string path, RowValue value)
    {
        if (value is { Kind: RowValueKind.String, Text.Length: > 0 }) return value.Text;
        problems.Add($"{path} is {value}; it must be a text.");
        return "?";
    }

    public IReadOnlyList<string> Strings(string path, RowValue value)
    {
        if (value.Kind == RowValueKind.String) return value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (value.Kind == RowValueKind.List && value.Items.Count > 0 && value.Items.All(i => i.Kind == RowValueKind.String)) return [.. value.Items.Select(i => i.Text)];
        problems.Add($"{path} is {value}; it must be a list of names.");
        return [Roles.Assistant];
    }

    public IReadOnlyList<RowValue> Maps(string path, RowValue value)
    {
        if (value.Kind == RowValueKind.List && value.Items.Count > 0 && value.Items.All(i => i.Kind == RowValueKind.Map)) return value.Items;
        problems.Add($"{path} is {value}; it must be auto or a list of maps such as [{{\"enable_thinking\": false}}].");
        return [];
    }

    /// <summary>A member of an enumeration in snake case.</summary>
    public T Choice<T>(string path, RowValue value)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().ToDictionary(n => PolicyReader.Snake(char.ToLowerInvariant(n[0]) + n[1..]), Enum.Parse<T>, StringComparer.Ordinal);
        if (value.Kind == RowValueKind.String && names.TryGetValue(value.Text, out var choice)) return choice;
        problems.Add($"{path} is {value}; it must be one of {string.Join(", ", names.Keys)}{PolicyReader.Guess(value.Kind == RowValueKind.String ? value.Text : "", names.Keys)}.");
        return default;
    }

    public IReadOnlyDictionary<MaskFault, Severity> Severities(string path, RowValue value)
    {
        var table = new Dictionary<MaskFault, Severity>();
        if (value.Kind != RowValueKind.Map)
        {
            problems.Add($"{path} is {value}; it must be a map from a fault to error, warning or silent.");
            return table;
        }

        foreach (var (code, setting) in value.Fields)
        {
            if (MaskFaults.Parse(code) is not { } fault) problems.Add($"{path}.{code} is no known fault{PolicyReader.Guess(code, MaskFaults.AllCodes)}.");
            else if (!fault.CanOverride()) problems.Add($"{path}.{code} cannot be changed: without it the row has no defined mask.");
            else table[fault] = Choice<Severity>($"{path}.{code}", setting);
        }

        return table;
    }

    public TurnSelection Turns(string path, RowValue value)
    {
        if (value.Kind == RowValueKind.String)
        {
            switch (value.Text)
            {
                case "all": return TurnSelection.All;
                case "last": return new(TurnSelectionKind.LastMessage);
                case "last_turn": return new(TurnSelectionKind.LastTurn);
                case "none": return new(TurnSelectionKind.None);
            }

            var colon = value.Text.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) value = RowValue.MapOf((value.Text[..colon], PolicyText.Scalar(value.Text[(colon + 1)..])));
        }

        if (value is { Kind: RowValueKind.Map, Fields: [var (key, number)] })
        {
            if (number is { Kind: RowValueKind.Integer } && number.Integer >= (key == "after" ? -1 : 0) && number.Integer < int.MaxValue)
            {
                var n = (int)number.Integer;
                switch (key)
                {
                    case "after": return new(TurnSelectionKind.After, n);
                    case "first": return new(TurnSelectionKind.First, n);
                    case "last": return new(TurnSelectionKind.Last, n);
                }
            }

            if (key == "indices" && number.Kind == RowValueKind.List && number.Items.All(i => i.Kind == RowValueKind.Integer && i.Integer > int.MinValue && i.Integer < int.MaxValue))
                return new(TurnSelectionKind.Indices) { Indices = [.. number.Items.Select(i => (int)i.Integer)] };
        }

        problems.Add(string.Create(CultureInfo.InvariantCulture, $"{path} is {value}; it must be all, last, last_turn, none, after:N, first:N, last:N or indices:[…]."));
        return TurnSelection.All;
    }
}
