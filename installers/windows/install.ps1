# Installs wlk-host for this user alone: no administrator, nothing outside the user's own folders.
# uv fetches a Python into the same folder; the packages lie beside this script, each checked by its
# SHA-256. The browser finds the host through keys below HKEY_CURRENT_USER.
[CmdletBinding()]
param(
    [string]$Target = (Join-Path $env:LOCALAPPDATA 'wlk-host')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Here = Split-Path -Parent $MyInvocation.MyCommand.Path
$Uv = Join-Path $Here 'uv.exe'
$Venv = Join-Path $Target 'venv'
$Python = Join-Path $Venv 'Scripts\python.exe'
$WlkHost = Join-Path $Venv 'Scripts\wlk-host.exe'
$Wheels = Join-Path $Here 'wheels'

function Invoke-Step([string]$Title, [string]$Program, [string[]]$Arguments) {
    Write-Host $Title
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Title failed with code $LASTEXITCODE" }
}

New-Item -ItemType Directory -Force -Path $Target | Out-Null
$env:UV_PYTHON_INSTALL_DIR = Join-Path $Target 'python'
$env:UV_CACHE_DIR = Join-Path $Target 'cache'
Invoke-Step 'Python' $Uv @('venv', '--clear', '--managed-python', '--python', '@PYTHON@', $Venv)
Invoke-Step 'The libraries' $Uv @(
    'pip', 'install', '--python', $Python, '--offline', '--no-index', '--no-deps',
    '--find-links', $Wheels, '--require-hashes', '-r', (Join-Path $Here 'requirements.txt')
)
Invoke-Step 'The host' $Uv @(
    'pip', 'install', '--python', $Python, '--offline', '--no-index', '--no-deps',
    (Join-Path $Wheels '@WHEEL@')
)
Copy-Item -Force (Join-Path $Here 'uninstall.ps1') $Target

# Listed in "Apps", for this user.
$Key = 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\wlk-host'
$Remove = 'powershell.exe -NoProfile -ExecutionPolicy Bypass -File "{0}"' -f (Join-Path $Target 'uninstall.ps1')
New-Item -Force -Path $Key | Out-Null
Set-ItemProperty -Path $Key -Name 'DisplayName' -Value 'WLK Live Captions'
Set-ItemProperty -Path $Key -Name 'DisplayVersion' -Value '@VERSION@'
Set-ItemProperty -Path $Key -Name 'Publisher' -Value 'WLK Live Captions'
Set-ItemProperty -Path $Key -Name 'InstallLocation' -Value $Target
Set-ItemProperty -Path $Key -Name 'UninstallString' -Value $Remove
Set-ItemProperty -Path $Key -Name 'NoModify' -Value 1 -Type DWord
Set-ItemProperty -Path $Key -Name 'NoRepair' -Value 1 -Type DWord

Invoke-Step 'Model and registration' $WlkHost @('setup', '--terminal')
