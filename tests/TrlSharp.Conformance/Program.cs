using System.Globalization;
using TrlSharp.Conformance;

if (args.Length is < 1 or > 2 || !Suites.Names.Contains(args[0]))
{
    Console.Error.WriteLine($"usage: eng/conformance.sh SUITE [DIR]   suites: {string.Join(", ", Suites.Names)}");
    return 2;
}

var suite = args[0];
var directory = args.Length > 1 ? args[1] : Path.Combine("..", "shared", "conformance");
if (!Suites.Implemented.TryGetValue(suite, out var run))
{
    Console.WriteLine($"{suite}: not implemented");
    return 2;
}

if (!Directory.Exists(directory))
{
    Console.Error.WriteLine($"{suite}: the folder {Path.GetFullPath(directory)} does not exist.");
    return 2;
}

var counts = new int[3];
foreach (var result in run(Suites.Folder(directory, suite)))
{
    counts[(int)result.Outcome]++;
    if (result.Outcome != CaseOutcome.Passed || result.Detail.Length > 0)
        Console.WriteLine($"{(result.Outcome switch { CaseOutcome.Passed => "note   ", CaseOutcome.Failed => "FAILED ", _ => "REFUSED" })} {result.Name}: {result.Detail}");
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{suite}: {counts[(int)CaseOutcome.Passed]} passed, {counts[(int)CaseOutcome.Failed]} failed, {counts[(int)CaseOutcome.Refused]} refused"));
return counts[(int)CaseOutcome.Failed] == 0 ? 0 : 1;
